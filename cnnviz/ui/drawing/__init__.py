"""What every component that draws in the browser shares. What crosses to it from Python is said in ../types.d.ts.

    mount.js     a component in its place       axis.js     where windows lie, what is beyond the ends of an axis
    palette.js   colours and theme              paper.js    canvas, kept layers, bitmaps, text, shapes
    elements.js  elements, pointing, keys       numbers.js  numbers as text
    envelope.js  arrays from Python             link.js     one cursor for several components
    address.js   a place in the page's address  drawing.css  the style that all of them have
"""
