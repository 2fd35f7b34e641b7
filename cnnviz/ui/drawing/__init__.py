"""What every component that draws in the browser shares: colours, canvas, numbers as text, the envelope, one cursor.

    palette.js   colours and theme            paper.js    canvas, kept layers, text
    elements.js  elements, buttons, icons     numbers.js  numbers as text
    envelope.js  arrays from Python           link.js     one cursor for several components
    address.js   a place in the page's address  axis.js   what lies beyond the ends of an axis
"""
