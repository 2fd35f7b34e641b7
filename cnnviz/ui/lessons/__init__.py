"""What each lesson adds to the controls and the stage that all of them share: a room a lesson."""
