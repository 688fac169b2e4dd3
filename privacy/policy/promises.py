"""Controls of the promises that the policy itself keeps."""
