"""Time limits and interrupts, and queues of work for threads and for processes."""
