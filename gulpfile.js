const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { dest, src } = require('gulp');

const { bundle } = require('./scripts/bundle.cjs');

/** Empties `dist/`, so that a file that was renamed or removed is not packed. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
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
exports.compile = bundle;
exports.assets = assets;
