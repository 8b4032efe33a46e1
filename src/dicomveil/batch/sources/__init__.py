"""What a run takes: folders, single files, archives and the files in them."""
