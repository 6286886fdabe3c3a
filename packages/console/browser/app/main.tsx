import { render } from 'preact';
import { COLOUR_TOKENS } from '../../src/colour-tokens.js';
import { App } from './app.js';
import './style.css';

const colours = new CSSStyleSheet();
colours.replaceSync(COLOUR_TOKENS);
// It comes after the page's own sheet, which is more specific where somebody has chosen light or dark.
document.adoptedStyleSheets.push(colours);
const root = document.getElementById('app');
if (root) render(<App />, root);
