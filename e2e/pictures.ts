import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import sharp from 'sharp';

import { visibleTexts } from './inPage';

/** What stands beside a picture, in a JSON file of the same name. */
export interface Caption {
	/** Version of the n8n that it shows. */
	n8n: string;
	/** The texts of the package that can be read in it. */
	labels: string[];
}

/** A step of the moving picture. */
interface Frame {
	image: Buffer;
	/** For how many milliseconds it is shown. */
	delay: number;
}

/** Wide enough to read, small enough for a page that many open. */
const FILM = { width: 960, quality: 60, mostBytes: 1_000_000 };

/** Pictures of the run for the documents; an album without a folder takes none. */
export class Album {
	private readonly frames: Frame[] = [];

	private readonly filmed = new Set<string>();

	/** @param texts all that the package shows, among which the labels are found. */
	constructor(
		private readonly page: Page,
		private readonly folder: string | undefined,
		private readonly n8n: string,
		private readonly texts: ReadonlySet<string>,
	) {}

	/** Whether pictures are wanted. */
	get isOpen(): boolean {
		return this.folder !== undefined;
	}

	/** Takes a picture of what the page shows now. @param name of the files, without their endings. */
	async take(name: string): Promise<void> {
		if (!this.folder) return;
		const image = await settled(this.page);
		const text = `n8n ${this.n8n}`;
		const file = sharp(image).withExif({ IFD0: { ImageDescription: text } });
		await this.keep(`${name}.png`, await file.png({ palette: true, effort: 10 }).toBuffer());
		await this.describe(name, await this.labels());
	}

	/** Adds what the page shows now to the moving picture. */
	async film(delay = 1800): Promise<void> {
		if (!this.folder) return;
		this.frames.push({ image: await settled(this.page), delay });
		for (const label of await this.labels()) this.filmed.add(label);
	}

	/** Makes the moving picture. @throws Error when it is too large for a page. */
	async cut(name: string): Promise<void> {
		if (!this.folder) return;
		const images = await Promise.all(
			this.frames.map(
				async ({ image }) => await sharp(image).resize(FILM.width).png().toBuffer(),
			),
		);
		const file = await sharp(images, { join: { animated: true } })
			.webp({
				quality: FILM.quality,
				effort: 6,
				loop: 0,
				delay: this.frames.map(({ delay }) => delay),
			})
			.withExif({ IFD0: { ImageDescription: `n8n ${this.n8n}` } })
			.toBuffer();
		if (file.length > FILM.mostBytes) throw new Error(`${name} has ${file.length} bytes`);
		await this.keep(`${name}.webp`, file);
		await this.describe(name, this.filmed);
	}

	private async describe(name: string, labels: Iterable<string>): Promise<void> {
		const caption: Caption = { n8n: this.n8n, labels: [...labels].sort() };
		await this.keep(`${name}.json`, `${JSON.stringify(caption, undefined, '\t')}\n`);
	}

	private async keep(file: string, content: Buffer | string): Promise<void> {
		await mkdir(this.folder!, { recursive: true });
		await writeFile(join(this.folder!, file), content);
	}

	private async labels(): Promise<Set<string>> {
		const visible = await this.page.evaluate(visibleTexts);
		return new Set(visible.filter((text) => this.texts.has(text)));
	}
}

/** A picture of a page that has come to rest, without what n8n itself announces. */
async function settled(page: Page): Promise<Buffer> {
	await page.addStyleTag({ content: '.el-notification, [class*=toast] { display: none }' });
	await page.waitForTimeout(1200);
	return await page.screenshot({ animations: 'disabled' });
}
