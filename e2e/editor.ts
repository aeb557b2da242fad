import { deepEqual, ok } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

import type { Locator, Page } from 'playwright-core';

import { eventually } from './case';
import { cutTexts, listsWithoutChoices, loadedIcons } from './inPage';

/** Milliseconds for whatever the editor shows next, also on a computer with much else to do. */
const PATIENCE = 30_000;

/** How n8n marks what its own tests look for. */
const testId = (id: string) => `[data-test-id="${id}"]`;

/** n8n's editor in a browser, used as people do. */
export class Editor {
	constructor(
		readonly page: Page,
		private readonly url: string,
	) {
		page.setDefaultTimeout(PATIENCE);
	}

	/** @param path such as /home/workflows. */
	async open(path: string): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
	}

	/** @param node whose panel is opened too. */
	async openWorkflow({ id }: { id: string }, node?: string): Promise<void> {
		await this.open(`/workflow/${id}`);
		await this.marked('canvas-node').first().waitFor();
		if (node !== undefined) await this.openNode(node);
	}

	marked(id: string): Locator {
		return this.page.locator(testId(id));
	}

	/** A node on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`${testId('canvas-node')}[data-node-name="${name}"]`);
	}

	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.panel.waitFor();
	}

	async closeNode(): Promise<void> {
		await this.marked('ndv-close-button').click();
		await this.panel.waitFor({ state: 'hidden' });
	}

	/** The panel of the node that is open. */
	get panel(): Locator {
		return this.marked('ndv');
	}

	get parameters(): Locator {
		return this.marked('node-parameters');
	}

	get input(): Locator {
		return this.marked('ndv-input-panel');
	}

	get output(): Locator {
		return this.marked('output-panel');
	}

	/** The field of a parameter. @param name as in workflows. */
	field(name: string): Locator {
		return this.page.locator(`${testId(`parameter-input-${name}`)} input`).last();
	}

	/** What the list that is open offers. */
	get choices(): Locator {
		return this.page.locator('.el-select-dropdown__item:visible');
	}

	/** Looks for a node to add. @param button that opens the list of nodes. */
	async search(words: string, button = this.marked('node-creator-plus-button')): Promise<void> {
		const bar = this.marked('node-creator-search-bar');
		if (!(await bar.isVisible())) await button.click();
		await bar.fill(words);
	}

	/** Nodes and actions that were found. */
	found(name: string): Locator {
		return this.marked('node-creator').getByText(name, { exact: true });
	}

	/** Opens the list of objects of Fluents.ai that a parameter offers. */
	async openList(parameter: string): Promise<void> {
		await this.marked(`resource-locator-${parameter}`).locator('input').last().click();
		await this.listed.first().waitFor();
	}

	/** Takes an object from the list that is open. */
	async take(text: string): Promise<void> {
		await this.listed.filter({ hasText: text }).click();
	}

	private get listed(): Locator {
		return this.page.locator(`${testId('rlc-item')}:visible`);
	}

	/** What the expression of a parameter gives for the first item. */
	preview(parameter: string): Locator {
		return this.marked(`parameter-expression-preview-${parameter}`);
	}

	/** Opens or closes the choices of a parameter. */
	async toggle(parameter: string): Promise<void> {
		await this.marked(`parameter-input-${parameter}`).locator('.el-select').click();
	}

	async choose(parameter: string, choice: string): Promise<void> {
		await this.toggle(parameter);
		await this.choices.getByText(choice, { exact: true }).click();
	}

	/** Adds one of a node's Options. */
	async addOption(label: string): Promise<void> {
		await this.marked('collection-parameter-add').last().click();
		await this.choices.getByText(label, { exact: true }).click();
	}

	/** Drags a field of the input to a parameter, which makes an expression of it. */
	async drag(field: string, parameter: string): Promise<void> {
		const target = this.marked(`parameter-input-${parameter}`);
		await target.scrollIntoViewIfNeeded();
		const [from, to] = await Promise.all([
			this.input.getByText(field, { exact: true }).first().boundingBox(),
			target.boundingBox(),
		]);
		ok(from && to, `'${field}' or '${parameter}' is not on the screen`);
		const { mouse } = this.page;
		await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await mouse.down();
		await mouse.move(from.x + 60, from.y + 20, { steps: 5 });
		await mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 15 });
		await mouse.up();
	}

	async execute(): Promise<void> {
		await this.marked('node-execute-button').click();
	}

	/** Chooses how the output is shown. */
	async showAs(form: 'schema' | 'table' | 'json' | 'binary'): Promise<void> {
		await this.output.locator(testId(`radio-button-${form}`)).click();
	}

	/** What is wrong with the fields of the panel that is open: lists without choices, texts that are cut. */
	async complaints(): Promise<string[]> {
		// The panel is drawn bit by bit, and some lists come from Fluents.ai.
		const look = async () => [
			...(await this.parameters.evaluate(listsWithoutChoices)),
			...(await this.parameters.evaluate(cutTexts)),
		];
		let found = await look();
		for (let same = 0, tries = 0; same < (found.length > 0 ? 10 : 2) && tries < 50; tries++) {
			await this.page.waitForTimeout(150);
			const next = await look();
			same = isDeepStrictEqual(next, found) ? same + 1 : 0;
			found = next;
		}
		return found;
	}

	/** @throws AssertionError that names texts which are cut. */
	async checkTexts(part: Locator): Promise<void> {
		deepEqual(await part.evaluate(cutTexts), [], 'Some texts are cut');
	}

	/**
	 * Looks at the icons of this package in a part of the page, in both themes.
	 *
	 * @throws AssertionError when there are none, or one is not of the theme.
	 */
	async checkIcons(part: Locator): Promise<void> {
		for (const [colorScheme, file] of [
			['dark', 'fluentsai.dark.svg'],
			['light', 'fluentsai.svg'],
		] as const) {
			await this.page.emulateMedia({ colorScheme });
			await eventually(async () => {
				const icons = await part.locator('img[src*="fluentsai"]').evaluateAll(loadedIcons);
				ok(icons.length > 0, `There is no icon in the ${colorScheme} theme`);
				deepEqual(new Set(icons), new Set([file]));
			}, 20);
		}
	}
}
