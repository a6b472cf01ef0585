"""Workflows: Ansible playbooks, found, checked, run."""
