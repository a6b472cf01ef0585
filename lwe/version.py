"""The version of the distribution, read by the build."""

VERSION = "0.1.0"
