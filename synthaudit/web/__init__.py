"""``synthaudit serve``: the page of this machine, for those without a shell. It calls the public functions alone."""
