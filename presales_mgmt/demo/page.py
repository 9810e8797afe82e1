def render(player, summary):
	return ""
