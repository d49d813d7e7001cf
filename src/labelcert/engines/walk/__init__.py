"""The tree of all label vectors that an attacker can pay for, and loops that go over it.

`tree` says how large it is and cuts it into pieces of work, `path` keeps where a walk stands,
`retraining_loop` trains the machines on each label vector, `adding_loop` adds up what is linear.
"""
