// Prints the milliseconds that n8n needs to load and construct all classes of the built package.
// n8n has loaded n8n-workflow long before.
const { basename, resolve } = require('node:path');
require('n8n-workflow');

const root = resolve(__dirname, '..');
const { n8n } = require(`${root}/package.json`);

const start = performance.now();
for (const file of [...n8n.nodes, ...n8n.credentials]) {
	const [name] = basename(file).split('.');
	new (require(resolve(root, file))[name])();
}
console.log(performance.now() - start);
