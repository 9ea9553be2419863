"""What `voicedrill doctor` looks at: each part of the surroundings by a function of its own."""
