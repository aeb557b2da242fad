/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

// These functions run in the browser, so each stands for itself.

/** Complaints about lists that offer nothing. */
export function listsWithoutChoices(parameters: Element): string[] {
	return [...parameters.querySelectorAll('.el-select')].flatMap((select) => {
		const id = select.querySelector('input')?.getAttribute('aria-controls') ?? '';
		const choices = document.getElementById(id)?.querySelectorAll('.el-select-dropdown__item');
		if (choices?.length) return [];
		const item = select.closest('[data-test-id="parameter-item"]');
		const label = item?.querySelector('[data-test-id="input-label"]')?.textContent ?? '?';
		return `${label.trim()} has no choices`;
	});
}

/** Complaints about texts that do not fit where they stand, in width or in lines. */
export function cutTexts(part: Element): string[] {
	return [...part.querySelectorAll('*')].flatMap((element) => {
		const isText = [...element.childNodes].some(
			(node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
		);
		if (!isText || element.getBoundingClientRect().width === 0) return [];
		for (let box = element, i = 0; i < 3 && box.parentElement; box = box.parentElement, i++) {
			const { overflowX, webkitLineClamp } = getComputedStyle(box);
			const isTooWide = overflowX !== 'visible' && box.scrollWidth > box.clientWidth + 1;
			const isTooLong = webkitLineClamp !== 'none' && box.scrollHeight > box.clientHeight + 1;
			if (isTooWide || isTooLong) return `${element.textContent?.trim()} is cut`;
		}
		return [];
	});
}

/** Names of the files; one that could not be loaded is told. */
export function loadedIcons(images: Element[]): string[] {
	return (images as HTMLImageElement[])
		.filter((image) => image.getBoundingClientRect().width > 0)
		.map((image) => {
			const isLoaded = image.complete && image.naturalWidth > 0;
			const name = image.src.split('/').at(-1) ?? '';
			return isLoaded ? name : `${name} (not loaded)`;
		});
}

/** What can be read on the page. */
export function visibleTexts(): string[] {
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const texts: string[] = [];
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const text = node.textContent?.trim();
		const range = document.createRange();
		range.selectNodeContents(node);
		const { left, top, width, height } = range.getBoundingClientRect();
		const [x, y] = [left + width / 2, top + height / 2];
		// Nothing covers it, and it is inside the window.
		if (text && document.elementFromPoint(x, y)?.contains(node)) texts.push(text);
	}
	for (const input of document.querySelectorAll('input')) {
		const { left, top, width, height } = input.getBoundingClientRect();
		const front = document.elementFromPoint(left + width / 2, top + height / 2);
		if (input.value && front === input) texts.push(input.value);
	}
	return texts;
}

/** Starts a recording. */
export async function play(audio: HTMLAudioElement): Promise<void> {
	audio.muted = true;
	await audio.play();
}

/** Where a recording is, and its length, in seconds. */
export function progressOf({ currentTime, duration }: HTMLAudioElement): [number, number] {
	return [currentTime, duration];
}
