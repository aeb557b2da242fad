import { reachOf } from './hosts';

/**
 * Whether a file may be read where a redirect leads: over https, and from this machine or a private
 * network only if the API itself is there.
 */
export function isRedirectAllowed(target: URL, api: URL): boolean {
	// The origin of `blob:https://...` is that of the address in it.
	if (target.origin === api.origin) return target.protocol === api.protocol;
	if (reachOf(target) === 'public') return target.protocol === 'https:';
	return reachOf(api) !== 'public' && /^https?:$/.test(target.protocol);
}
