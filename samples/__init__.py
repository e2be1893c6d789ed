"""The demo's own song and dancers: everything here is synthesised and drawn from code, so it is free to ship."""
