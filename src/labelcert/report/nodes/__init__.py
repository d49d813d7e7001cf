"""What is shown of single test nodes: their verdicts, and pictures of their graphs."""
