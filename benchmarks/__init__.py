"""What the figures of the README come from: each is measured beside a baseline of the same run."""
