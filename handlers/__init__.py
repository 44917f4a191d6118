"""What each command, button and form does: one file or folder per workflow.

Plumbing, from the way in to the way out: `request`, `dispatch`, `needs`, `registry` and its `entries`, `turn`.
`everything` is the list of workflows, and `welcome` the help and the home page that follow from it.

Questions that several workflows ask: `people` (who is who), `reach` (who can be written to), `seats` (who decides
today), `care` (who looks after an account), `picking` and `fields` (what a form brought back), `answering` (a reply
that is a post), `digests` (one message about several comments).

Workflows: `posts`, `comments`, `templates`, `looks`, `incidents`, `concerns`, `data_requests`, `safeguarding`,
`away`, `letters`, `missing`, `exports`, `keeping`.
"""
