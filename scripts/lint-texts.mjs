import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

// Checks what people read (pages, notes of examples, texts of the nodes) for phrases that no native writer of
// English would use. cspell checks the spelling; a phrase is right or wrong only as a whole.

const root = resolve(import.meta.dirname, '..');

/** A phrase, and what to write instead. */
const BANNED = [
	[/\btakes? care that\b/i, 'makes sure that'],
	[/\bkeep in mind what\b/i, 'nothing'],
	[/\bbeside\b/i, 'next to, in addition to, or compared with'],
	[/\b(is|are|was|were) to be \w+ed\b/i, '"should be", "has to be", or who does it'],
	[/\b(?:is|are) there\b/, 'what happened: it exists, has arrived, is ready'],
	[/\bso that nobody is\b/i, 'the active form'],
	[/\bwhat is to\b/i, 'what you want to, or what to'],
	[/\btells? it\b(?! to\b)/i, 'what tells what: see the log, the log shows'],
	[/\bthat there are\b/i, 'all calls, all agents'],
	[/\bbe had\b/i, 'get'],
	[/\bany more\b(?! \w+s\b)/i, 'no longer'],
	[/\byour duty\b/i, 'you are responsible for'],
	[/\binto the silence\b/i, 'after a silence'],
	[/\bis found out\b/i, 'finds, extracts'],
	[/\bthose who look after\b/i, 'for administrators'],
	[/\brather use\b/i, 'use ... instead'],
	[/\bmeanwhile\b(?=[.,;:)]|$)/i, 'in the meantime'],
	[/\bwhere the people are who\b/i, 'where the people live'],
	[/\bnobody but\b/i, 'only'],
	[/\bwith commas between\b/i, 'separated by commas'],
];

const below = (folder, ending) =>
	readdirSync(join(root, folder), { recursive: true })
		.filter((name) => name.endsWith(ending))
		.map((name) => join(root, folder, name));

const pages = [
	...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) =>
		join(root, name),
	),
	...below('docs', '.md'),
	...below('examples', '.md'),
];

/** @returns the texts of a file, each with its line. */
function* textsOf(path) {
	const content = readFileSync(path, 'utf8');
	if (path.endsWith('.md')) {
		for (const [i, text] of content.split('\n').entries()) yield [i + 1, text];
	} else if (path.endsWith('.json')) {
		for (const { name, parameters } of JSON.parse(content).nodes) {
			if (typeof parameters.content === 'string') yield [name, parameters.content];
		}
	} else {
		yield* stringsOf(path, content);
	}
}

function* stringsOf(path, content) {
	const source = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
	const found = [];
	const visit = (node) => {
		if (
			ts.isStringLiteralLike(node) ||
			ts.isTemplateHead(node) ||
			ts.isTemplateMiddleOrTemplateTail(node)
		) {
			const { line } = source.getLineAndCharacterOfPosition(node.getStart());
			found.push([line + 1, node.text]);
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	yield* found;
}

const complaints = [];
for (const path of [
	...pages,
	...below('examples', '.json'),
	...below('nodes', '.ts'),
	...below('credentials', '.ts'),
]) {
	if (path.endsWith('.d.ts')) continue;
	for (const [where, text] of textsOf(path)) {
		for (const [phrase, instead] of BANNED) {
			const [found] = phrase.exec(text) ?? [];
			if (found)
				complaints.push(`${relative(root, path)}:${where} "${found}": write ${instead}`);
		}
	}
}
if (complaints.length > 0) {
	console.error(complaints.join('\n'));
	process.exitCode = 1;
}
