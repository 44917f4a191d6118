"""The rules of the school's social media policy: pure, with no I/O and no clock but the one passed in.

What the rules stand on: `record`, `refused`, `clauses`, `text`; `school`, `people`, `joined` (accounts of one),
`account`; `calendar`, `term`, `deadlines`.

Rules that several workflows share: `deciding` (who may decide), `away`, `meant` (whom a name or a role might mean),
`retention` and `hold` (how long records are kept), `checks` (what a draft should not say).

Each workflow's own:

- posts: `post`, `post_draft`, `post_due`, `content`, `picture`
- comments: `comment`, `comment_due`, `digest`, `response_times`; `template` (words approved beforehand); `look`
- incidents: `incident`, `incident_steps`, `incident_due`, `leading`, `chronology`, `task`
- concerns: `safeguarding` (where one goes), `concern`, `concern_due`, `concern_entry`, `concern_kept`,
  `access` (a request for data that touches one); `pin`, `drill`

What is kept about the platforms: `address`, `place`, `secret`.
"""
