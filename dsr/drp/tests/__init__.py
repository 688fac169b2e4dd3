"""Tests of the Data Rights Protocol."""
