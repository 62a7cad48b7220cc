import { integration, type Integration } from './integration.js';

/** Models that hear, speak and draw. */
export const SPEECH_AND_IMAGES: readonly Integration[] = [
  integration({
    id: 'elevenlabs',
    name: 'ElevenLabs',
    vendor: 'ElevenLabs',
    credentials: { api_key: 'https://elevenlabs.io/docs/api-reference/authentication' },
  }),
  integration({
    id: 'deepgram',
    name: 'Deepgram',
    vendor: 'Deepgram',
    credentials: { api_key: 'https://developers.deepgram.com/guides/fundamentals/authenticating' },
  }),
  integration({
    id: 'assemblyai',
    name: 'AssemblyAI',
    vendor: 'AssemblyAI',
    documentationUrl: 'https://www.assemblyai.com/docs',
    credentials: { api_key: 'https://www.assemblyai.com/docs/pre-recorded-audio/api-reference/files/upload' },
  }),
  integration({
    id: 'stability-ai',
    name: 'Stability AI',
    vendor: 'Stability AI',
    credentials: { api_key: 'https://platform.stability.ai/docs/getting-started/authentication' },
  }),
];
