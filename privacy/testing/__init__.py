"""What the test suite shares: environment, cast, network block."""
