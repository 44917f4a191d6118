// How the page speaks to the sandbox: every request carries the token the page was given.

export const start = JSON.parse(document.getElementById("start").textContent);

export const nonce = () => crypto.randomUUID();

/** Sends fields (or a FormData) to a path; gives the answer, or {reply: "problem", said} when there was none. */
export async function post(path, fields) {
  const body = fields instanceof FormData ? fields : new FormData();
  if (body !== fields) for (const [name, value] of Object.entries(fields)) body.append(name, value);
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "X-Exeat-Token": start.token } });
    if (answer.ok) return await answer.json();
    if (answer.status === 413) return problem("That is too much to send at once. Please choose smaller pictures.");
    return problem("The sandbox did not take that. Please load the page again.");
  } catch {
    return problem("The sandbox cannot be reached. Nothing was lost here: please try again.");
  }
}

const problem = (said) => ({ reply: "problem", said });
