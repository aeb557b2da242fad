const { mkdir, rm, writeFile } = require('node:fs/promises');
const { SourceMap } = require('node:module');
const { dirname, relative, resolve } = require('node:path');
const { Transform } = require('node:stream');
const { build, transform } = require('esbuild');
const { dest, src } = require('gulp');

const { n8n } = require('./package.json');

const TARGET = 'node20';

const BUNDLE = 'dist/nodes/bundle.js';

/** The module that becomes a file of its own, and that file. */
const LIBRARY = 'nodes/shared/phoneNumbers/library.ts';
const LIBRARY_FILE = 'dist/nodes/libphonenumber.js';
const LIBRARY_NOTICE =
	'// libphonenumber-js (MIT) with data of libphonenumber (Apache-2.0): see THIRD-PARTY-LICENSES.md';

/** Comments on lines of their own: names of files, and those inside of classes and functions; esbuild drops the rest. */
const COMMENTS = /^(?:\/\/ \S+\.ts| +(?:\/\/.*|\/\*\*(?:.*\*\/|.*\n(?: +\*.*\n)*? +\*\/)))\n/gm;

/** A comment before calls, which nobody but another bundler reads. */
const FOR_BUNDLERS = '/* @__PURE__ */ ';

/** Each module has a name of its own for n8n-workflow. */
const ALIASES = /^ *var import_n8n_workflow\d* = require\("n8n-workflow"\);\n/gm;
const ALIAS = /\bimport_n8n_workflow\d*\b/g;

/** Required once for all modules in the bundle: each further time takes a moment, and gives the same. */
const N8N_WORKFLOW = 'const n8nWorkflow = require("n8n-workflow");';

/** Empties `dist/`, so that a file that was renamed or removed is not packed. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/**
 * Puts all code into one file, since n8n loads that faster than many small ones; the files that
 * package.json names lead to it. It stays readable, with its names and lines: shorter syntax saves 15 kB, spaces 50 kB,
 * and only the library of phone numbers is minified as a whole.
 */
async function compile() {
	const entries = [...n8n.nodes, ...n8n.credentials];
	const sources = entries.map((path) => path.replace(/^dist/, '.').replace(/\.js$/, ''));
	const { outputFiles } = await build({
		stdin: {
			contents: sources.map((source) => `export * from '${source}';`).join('\n'),
			resolveDir: __dirname,
			loader: 'ts',
		},
		bundle: true,
		platform: 'node',
		target: TARGET,
		external: ['n8n-workflow'],
		plugins: [await loadedWhenUsed()],
		outfile: BUNDLE,
		write: false,
	});
	const code = outputFiles[0].text.replace(COMMENTS, '').replaceAll(FOR_BUNDLERS, '');
	const named = code.replace(ALIASES, '').replace(ALIAS, 'n8nWorkflow');
	const whole = `${N8N_WORKFLOW}\n${named}`;
	const { code: text } = await transform(whole, { minifySyntax: true, target: TARGET });
	await write(BUNDLE, await withoutSpaces(text));
	for (const path of entries) {
		await write(path, `module.exports = require('${relative(dirname(path), BUNDLE)}');\n`);
	}
}

/** Takes the spaces out of code that nobody needs, and leaves its lines. */
async function withoutSpaces(text) {
	const options = { minifyWhitespace: true, sourcemap: 'external', target: TARGET };
	const { code, map } = await transform(text, options);
	const tokens = new SourceMap(JSON.parse(map));
	const indents = text.split('\n').map((line) => line.search(/\S|$/));
	let last = 0;
	/** What stands before a place in the code: a line break, where a token there began a line. */
	const breakBefore = (line, column) => {
		const token = tokens.findEntry(line, column);
		const { originalLine, originalColumn } = token;
		if (token.generatedLine !== line || token.generatedColumn !== column) return '';
		const begins = originalLine !== last && originalColumn === indents[originalLine];
		last = originalLine;
		return begins && column > 0 ? '\n' : '';
	};
	const lines = code
		.split('\n')
		.map((line, i) =>
			line.replace(/./gs, (character, column) => breakBefore(i, column) + character),
		);
	return lines.join('\n');
}

/**
 * Builds the library of phone numbers, and puts functions in its place that load it when they are
 * called: n8n starts without it.
 */
async function loadedWhenUsed() {
	await build({
		entryPoints: [LIBRARY],
		bundle: true,
		minify: true,
		platform: 'node',
		target: TARGET,
		// The ES modules, since the CommonJS ones write to the console.
		mainFields: ['module', 'main'],
		banner: { js: LIBRARY_NOTICE },
		legalComments: 'none',
		outfile: LIBRARY_FILE,
	});
	const names = Object.keys(require(resolve(LIBRARY_FILE)));
	return {
		name: 'loaded-when-used',
		setup({ onLoad, onResolve }) {
			onResolve({ filter: /\/libphonenumber\.js$/ }, ({ path }) => ({
				path,
				external: true,
			}));
			onLoad({ filter: /phoneNumbers[\\/]library\.ts$/ }, () => ({
				contents: `module.exports = {${names.map(loadAndCall)}};`,
			}));
		},
	};
}

function loadAndCall(name) {
	return `${name}: (...given) => require('./libphonenumber.js').${name}(...given)`;
}

async function write(path, text) {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text);
}

/** Copies icons, codex and output schemas to where n8n looks for them. */
function assets() {
	const files = ['icons/*.svg', 'nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'];
	return src(files, { base: '.', encoding: false }).pipe(compactJson()).pipe(dest('dist'));
}

function compactJson() {
	return new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			if (file.extname === '.json') {
				file.contents = Buffer.from(JSON.stringify(JSON.parse(String(file.contents))));
			}
			done(null, file);
		},
	});
}

exports.clean = clean;
exports.compile = compile;
exports.assets = assets;
