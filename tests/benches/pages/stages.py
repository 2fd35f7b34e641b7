from benches.stages import main
from cnnviz.ui.component import scripts

main()
scripts()
