"""Who may do what, where and until when; and how a person proves to be the one."""
