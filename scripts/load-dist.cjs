// Loads what package.json promises to n8n, with whatever Node runs this file: `node scripts/load-dist.cjs`.
// (npm scripts run on the Node.js that comes with `npm install`, so it is not one of them.)
const { join } = require('node:path');

const root = join(__dirname, '..');
const { n8n } = require(join(root, 'package.json'));

for (const path of [...n8n.nodes, ...n8n.credentials]) {
	const name = path.match(/([^/]+)\.(?:node|credentials)\.js$/)[1];
	const instance = new (require(join(root, path))[name])();
	const shown = (instance.description ?? instance).displayName;
	if (!shown) throw new Error(`${name} of ${path} has no display name`);
	console.log(`${process.version} loads ${name} (${shown})`);
}
