import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';

import { CREDENTIAL_NAME, parseCredential, type FluentsCredential } from './credential';
import { operationError } from './errors';
import { FluentsTransport, type FluentsContext, type TransportOptions } from './transport';

/**
 * Reads the node's credential, once for all requests that the returned transport will make.
 *
 * @throws NodeOperationError when a field of the credential cannot be used.
 */
export async function connect(
	context: FluentsContext,
	options?: TransportOptions,
): Promise<FluentsTransport> {
	const data = await context.getCredentials(CREDENTIAL_NAME);
	const node = context.getNode();
	const { id = null, name = '' } = node.credentials?.[CREDENTIAL_NAME] ?? {};
	const decrypted = { id: id ?? '', name, type: CREDENTIAL_NAME, data };
	return new FluentsTransport(context, usable(node, data), decrypted, options);
}

function usable(node: INode, data: ICredentialDataDecryptedObject): FluentsCredential {
	try {
		return parseCredential(data);
	} catch (error) {
		throw operationError(node, (error as Error).message);
	}
}
