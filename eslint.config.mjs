import js from "@eslint/js";
import globals from "globals";

// What Frappe's and ERPNext's desk give to every script.
const desk = {
	$: "readonly",
	__: "readonly",
	cint: "readonly",
	cstr: "readonly",
	erpnext: "readonly",
	flt: "readonly",
	format_currency: "readonly",
	format_number: "readonly",
	frappe: "readonly",
	precision: "readonly",
	// What public/js shares among forms.
	presales_mgmt: "readonly",
};
// What our forms share: `public/js` is loaded together with the form that it is for.
const own = { presales_mgmt: "readonly" };

export default [
	{ ignores: ["**/node_modules/", "presales_mgmt/public/dist/"] },
	js.configs.recommended,
	{
		files: ["presales_mgmt/**/*.js"],
		languageOptions: {
			ecmaVersion: 2022,
			sourceType: "script",
			globals: { ...globals.browser, ...desk, ...own },
		},
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			eqeqeq: "error",
			"no-alert": "error",
			"no-console": "error",
			"no-eval": "error",
			"no-implied-eval": "error",
			"no-restricted-syntax": [
				"error",
				{
					selector: "CallExpression[callee.name='__'] > TemplateLiteral:first-child",
					message:
						"A text that is put together cannot be translated: use __('… {0}', [value]).",
				},
				{
					selector: "CallExpression[callee.name='__'] > BinaryExpression:first-child",
					message:
						"A text that is put together cannot be translated: use __('… {0}', [value]).",
				},
			],
			"no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
			"no-var": "error",
			"prefer-const": "error",
		},
	},
	{ files: ["presales_mgmt/public/**/*.bundle.js"], languageOptions: { sourceType: "module" } },
];
