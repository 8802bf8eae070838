"""Function views: door, one service call, page; they never talk to the API or the vault."""
