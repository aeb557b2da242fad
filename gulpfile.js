const { mkdir, rm, writeFile } = require('node:fs/promises');
const { dirname, relative } = require('node:path');
const { Transform } = require('node:stream');
const { build } = require('esbuild');
const { dest, src } = require('gulp');

const { n8n } = require('./package.json');

const BUNDLE = 'dist/nodes/bundle.js';

/** Required once for all modules in the bundle: each further time takes a moment, and gives the same. */
const N8N_WORKFLOW = 'const n8nWorkflow = require("n8n-workflow");';

/** Empties `dist/`, so that a file that was renamed or removed is not packed. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/**
 * Puts all code into one file, since n8n loads that faster than many small ones; the files that
 * package.json names lead to it. It stays readable: nothing is minified.
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
		target: 'node20',
		external: ['n8n-workflow'],
		outfile: BUNDLE,
		write: false,
	});
	const text = outputFiles[0].text.replace(/^(?: {2})+/gm, toTabs);
	await write(
		BUNDLE,
		`${N8N_WORKFLOW}\n${text.replaceAll('require("n8n-workflow")', 'n8nWorkflow')}`,
	);
	for (const path of entries) {
		await write(path, `module.exports = require('${relative(dirname(path), BUNDLE)}');\n`);
	}
}

function toTabs(spaces) {
	return '\t'.repeat(spaces.length / 2);
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
