import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from './scripts/globals.mjs';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['dist', 'src/core/openapi.d.ts'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'max-lines': ['error', 600],
      'max-len': ['error', { code: 120, ignoreUrls: true }],
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 110, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 24],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['scripts/*.mjs', '*.js'], languageOptions: { globals } },
);
