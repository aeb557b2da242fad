import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// Checks the notes of the example workflows by the rules of n8n's template library: one overview says how the
// workflow works and how to set it up, each group of nodes stands in a note, and nothing overlaps.

const folder = resolve(import.meta.dirname, '..', 'examples');

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const WHITE = 7;
const OVERVIEW_WORDS = [100, 300];
const MOST_GROUP_WORDS = 50;

/** What n8n calls a node that nobody has named. */
const DEFAULT_NAME =
	/^(Code|If|Filter|Merge|Set|Edit Fields|Wait|Switch|HTTP Request|Fluents\.ai)\d*$/;

/** How n8n draws a node, without its label. */
const sizeOf = ({ type }) => {
	if (type.endsWith('.agent')) return [256, 96];
	return type.endsWith('HitlTool') ? [224, 96] : [96, 96];
};

const rectangleOf = (node) => {
	const { width, height } = node.parameters;
	const [w, h] = node.type === STICKY_NOTE ? [width, height] : sizeOf(node);
	const [x, y] = node.position;
	return { left: x, top: y, right: x + w, bottom: y + h };
};
const overlap = (a, b) =>
	a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const contains = (outer, inner) =>
	outer.left <= inner.left &&
	outer.top <= inner.top &&
	inner.right <= outer.right &&
	inner.bottom <= outer.bottom;

const wordsOf = ({ parameters }) => parameters.content.trim().split(/\s+/).length;

/** @returns what is wrong with a workflow, one line each. */
function problemsOf({ nodes }) {
	const notes = nodes.filter(({ type }) => type === STICKY_NOTE);
	const others = nodes.filter(({ type }) => type !== STICKY_NOTE);
	const groups = notes.filter(({ parameters }) => parameters.color === WHITE);
	const overviews = notes.filter(({ parameters }) => parameters.color === undefined);
	const problems = [];

	if (overviews.length !== 1 || groups.length + 1 !== notes.length) {
		problems.push(
			'needs one yellow note (no color) with the overview, and white ones (color 7) around groups of nodes',
		);
	}
	for (const note of overviews) {
		const words = wordsOf(note);
		const [least, most] = OVERVIEW_WORDS;
		if (words < least || words > most) {
			problems.push(`the overview has ${words} words, not ${least} to ${most}`);
		}
		for (const heading of ['### How it works', '### Setup']) {
			if (!note.parameters.content.includes(`\n${heading}\n`)) {
				problems.push(`the overview has no heading "${heading}"`);
			}
		}
	}
	for (const note of groups) {
		const words = wordsOf(note);
		if (words >= MOST_GROUP_WORDS) problems.push(`'${note.name}' has ${words} words`);
	}
	for (const node of others) {
		const around = groups.filter((note) => contains(rectangleOf(note), rectangleOf(node)));
		if (around.length !== 1) problems.push(`'${node.name}' stands in ${around.length} notes`);
		if (DEFAULT_NAME.test(node.name)) problems.push(`'${node.name}' has no name of its own`);
	}
	for (const same of [notes, others]) {
		for (const [i, node] of same.entries()) {
			for (const other of same.slice(i + 1)) {
				if (!overlap(rectangleOf(node), rectangleOf(other))) continue;
				problems.push(`'${node.name}' and '${other.name}' overlap`);
			}
		}
	}
	return problems;
}

const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const findings = files.flatMap((file) =>
	problemsOf(JSON.parse(readFileSync(join(folder, file), 'utf8'))).map(
		(problem) => `examples/${file}: ${problem}`,
	),
);
for (const finding of findings) console.log(finding);
console.log(`${files.length} templates linted, ${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;
