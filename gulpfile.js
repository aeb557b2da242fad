const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

/** Empties `dist/`, so that a file that was renamed or removed is not packed. */
async function clean() {
	await rm('dist', { recursive: true, force: true });
}

/** Copies what tsc leaves out (icons, codex and output schemas) to where n8n looks for it. */
function assets() {
	const files = ['icons/*.svg', 'nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'];
	return src(files, { base: '.', encoding: false }).pipe(dest('dist'));
}

exports.clean = clean;
exports.assets = assets;
