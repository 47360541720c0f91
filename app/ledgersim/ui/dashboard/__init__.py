"""The dashboard below `/_sim/ui`: pages of what the admin API returns, and forms that call it."""
