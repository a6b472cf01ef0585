"""The main screen: composes the panes, binds the state, routes messages."""
