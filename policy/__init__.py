"""The rules of the school's social media policy: pure, with no I/O and no clock but the one passed in.

What the rules stand on: `record`, `refused`, `clauses`, `text`; `school`, `people`, `joined` (accounts of one),
`account`; `calendar`, `term`, `deadlines`.

Rules that several workflows share: `deciding` (who may decide), `away`, `retention` and `hold` (how long records are
kept), `checks` (what a draft should not say), `masking` (who is named in a text).

Each workflow's own:

- posts: `post`, `content`, `picture`
- comments: `comment`, `digest`, `response_times`; `template` (words approved beforehand); `look`
- incidents: `incident`, with its chronology and its tasks
- concerns: `concern`, with where one goes and from whom it is hidden; `data_request`; `pin`, `drill`

In a folder, `record` is what is kept and `steps` what may happen to it; `due` says when it next falls due, and `kept`
how long it is kept.

What is kept about the platforms: `address`, `place`, `secret`.
"""
