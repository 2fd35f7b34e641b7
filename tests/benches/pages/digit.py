from benches.digit import main
from cnnviz.ui.component import scripts

main()
scripts()
