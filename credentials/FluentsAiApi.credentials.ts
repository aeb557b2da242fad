import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authorize, DEFAULT_BASE_URL, parseCredential } from '../nodes/shared/api/credential';

export class FluentsAiApi implements ICredentialType {
	name = 'fluentsAiApi';

	displayName = 'Fluents.ai API';

	icon = {
		light: 'file:../icons/fluentsai.svg',
		dark: 'file:../icons/fluentsai.dark.svg',
	} as const;

	documentationUrl = 'https://docs.fluents.ai/product/features/account/get-api-key';

	properties: INodeProperties[] = [
		{
			displayName:
				'A Fluents.ai API key belongs to one environment and sees only that environment. Create one credential per environment, and name it after the environment.',
			name: 'environmentNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Environment Name',
			name: 'environment',
			type: 'string',
			default: 'default',
			required: true,
			placeholder: 'e.g. staging',
			description:
				'Name of the environment the key belongs to, as shown in Fluents.ai. Messages name it, and the node option "Required Environment" compares with it.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Found in <a href="https://app.fluents.ai/settings" target="_blank">Fluents.ai</a> under Settings > Environments > API Key column (some accounts: Settings > API Keys). Treat it like a password: it cannot be changed without Fluents.ai support.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			required: true,
			placeholder: `e.g. ${DEFAULT_BASE_URL}`,
			description:
				'Address of the API, with its version. It must start with https://, except for a simulator on this computer.',
		},
	];

	/** Also used by n8n's HTTP Request node, so what the key needs for its safety is checked here. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return authorize(parseCredential(credentials), requestOptions);
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.baseUrl }}',
			url: '/agents/list',
			qs: { page: 1, size: 1 },
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'Fluents.ai refused this API key. Copy it again from Settings > Environments > API Key column, from the row of this environment.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'Fluents.ai knows this API key, but it may not list agents. Ask Fluents.ai support which rights the key has.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: `There is no Fluents.ai API at this Base URL. It is usually ${DEFAULT_BASE_URL}.`,
				},
			},
			// A page of a list always has this field (API: listAgents): without it, something else answered.
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'has_more',
					value: undefined,
					message: `What answers at this Base URL is not the Fluents.ai API. It is usually ${DEFAULT_BASE_URL}.`,
				},
			},
		] as ICredentialTestRequest['rules'],
	};
}
