"""What does finding moves cost, and how much of the best is found?"""
