"""The seed's answering objects as thin faces over parts that raise."""
