"""The catalogue of grounds, as dated data of the laws."""
