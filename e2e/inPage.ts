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

/** Starts a recording. */
export async function play(audio: HTMLAudioElement): Promise<void> {
	audio.muted = true;
	await audio.play();
}

/** Where a recording is, and its length, in seconds. */
export function progressOf({ currentTime, duration }: HTMLAudioElement): [number, number] {
	return [currentTime, duration];
}
