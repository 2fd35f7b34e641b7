"""Stacks with what is asymmetric in each kind of layer, whose code is written and read again, each on its shape."""

STACKS = (
    ("conv 8 3x3 p1; relu; max 2x2; conv 16 3x3 p1; relu; max 2x2; fc 10", (3, 16, 24)),
    ("conv 6 3x2 s1x2 p1x0 d2x1 g2 replicate; batch norm; leaky relu; max 3x2 s2x1 p1 ceil; tanh; "
     "conv 8 2x3 p1 no bias; lrn 3 alpha 0.4 k 1.5; gelu; dropout 0.25; avg 3x2 s2 p1x0 ceil; conv 9 1x1 reflect; "
     "sigmoid; avg 2x3 s1 p1 ignore padding; relu; fc 12; batch norm eps 0.01; fc 7 no bias; identity", (4, 17, 22)),
    ("conv 4 3x3 s2 same; relu; max 3x3 s2 same; conv 5 4x4 same; avg 3x2 s2 p0+1x1+0; silu; elu; fc 3", (3, 18, 24)),
    ("conv 4 3x3 p0+1x2+0; max 3x3 s2 p1+0; conv 4 3x3 p0+1x1 reflect; conv 4 2x3 p0+1x0 circular; softplus; "
     "max 2 s1 d1x2; relu6; hard swish; hard sigmoid; global avg; fc 4", (1, 15, 11)),
    ("conv 8 3x3 p1; relu; [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; relu; [conv 4 1x1 | same | max 3x3 s1 p1] "
     "concat; [same | global avg; conv 20 1x1; sigmoid] multiply; max 2x2; lrn 5; fc 10", (3, 16, 24)),
    ("[same | conv 3 3x3 p1 | conv 3 1x1] add; [[relu | tanh] concat; conv 3 1x1 | same] add; fc 3", (3, 7, 9)),
    ("[fc 4; relu | fc 3] concat; [same | fc 7; sigmoid] multiply; fc 2", (2, 5, 6)),
    ("conv 4 3x3; adaptive avg 5x3; upsample 2x3x bilinear; adaptive max keepx4; upsample to 9x8 bilinear align "
     "corners; upsample 1.5x; [max 2x2; upsample 2x bilinear | adaptive avg 12x12] concat; global max; "
     "fc 3", (3, 14, 22)),
)  # fmt: skip
