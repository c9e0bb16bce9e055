/** Light and dark, from 320 pixels on, and nothing to load. */
export const installationPageStyle = `
:root { --text: #1c2024; --soft: #60646c; --line: #8b919b; --ground: #ffffff; --raised: #f6f7f9; --accent: #0b63c5; --on-accent: #ffffff; --fault: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaed; --soft: #a3a9b3; --line: #6b727d; --ground: #14171a; --raised: #1c2024; --accent: #79b4ff; --on-accent: #10151b; --fault: #ff9a91; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
.field { margin: 0 0 1.25rem; padding: 0; border: 0; min-width: 0; }
label, legend { font-weight: 600; padding: 0; overflow-wrap: anywhere; }
.check label, .choice label { font-weight: 400; margin-left: 0.5rem; }
.choice { padding: 0.15rem 0; }
.needed, .about { color: var(--soft); font-weight: 400; }
.about, .field .fault { margin: 0.15rem 0; font-size: 0.9rem; overflow-wrap: anywhere; }
input:not([type=checkbox], [type=radio]), select, textarea { display: block; width: 100%; margin-top: 0.3rem; padding: 0.5rem 0.6rem; font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
input[type=checkbox], input[type=radio] { width: 1.1rem; height: 1.1rem; vertical-align: -0.15rem; accent-color: var(--accent); }
[aria-invalid=true] { border-color: var(--fault) !important; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.fault { color: var(--fault); }
div.fault { border: 1px solid var(--fault); border-radius: 6px; padding: 0.2rem 0.9rem; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
div.fault p { margin: 0.5rem 0; }
button { font: inherit; font-weight: 600; padding: 0.55rem 1.1rem; border: 0; border-radius: 6px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
`;
