"""What people see: a small neutral card model, a view per record, a renderer per surface."""
