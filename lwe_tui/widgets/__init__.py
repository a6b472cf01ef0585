"""General widgets that would fit any app and know nothing of this one."""
